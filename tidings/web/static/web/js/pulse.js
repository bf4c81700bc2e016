// The heartbeat of live parts: they ask for news with hx-trigger="pulse from:body". It rests while nobody looks.
const MILLISECONDS = 2_000;

const beat = () => {
  if (!document.hidden) document.body.dispatchEvent(new Event("pulse"));
};

setInterval(beat, MILLISECONDS);
document.addEventListener("visibilitychange", beat);
