// The visual editor of MJML: GrapesJS works on what stands in <mj-body>, the rest of the source stays as it is.
// It opens only for a source that it can give back unharmed, and writes nothing before something was changed.
const EMPTY = "<mjml>\n  <mj-body>\n  </mj-body>\n</mjml>\n";
const PARTS = /^([\s\S]*?)(<mj-body\b[\s\S]*<\/mj-body\s*>)([\s\S]*)$/;
const HEAD = /<mj-head\b[\s\S]*<\/mj-head\s*>/;
const SELF_CLOSED = /<(mj-[\w-]+)((?:"[^"]*"|'[^']*'|[^'">])*?)\s*\/>/g;
const WITHOUT_CONTENT = /<(mj-[\w-]+)((?:"[^"]*"|[^">])*)><\/\1>/g;
const TAG = /(<\/?mj-[\w-]+(?:"[^"]*"|[^">])*>)/;
const PARAGRAPH = /(?=<(?:p|h[1-6]|ul|ol|table|blockquote)\b)/;
const LAYERS = new Set(["mj-body", "mj-wrapper", "mj-section", "mj-group", "mj-column", "mj-hero"]);
const BLOCKS = ["mj-1-column", "mj-2-columns", "mj-3-columns", "mj-text", "mj-button", "mj-image", "mj-divider", "mj-spacer"];
const WRITE_PAUSE = 300; // milliseconds

// Placeholders may hold what HTML gives a meaning. In the editor such characters wear a look-alike.
const PLACEHOLDER = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}|\{#[\s\S]*?#\}/g;
const LOOKALIKES = [["&", "\uff06"], ["<", "\uff1c"], [">", "\uff1e"], ['"', "\uff02"]];
const ENTITIES = [["&lt;", "<"], ["&gt;", ">"], ["&quot;", '"'], ["&nbsp;", " "], ["&amp;", "&"]];

const exchange = (text, pairs) => pairs.reduce((done, [from, to]) => done.replaceAll(from, to), text);
const dressed = (text) => text.replace(PLACEHOLDER, (one) => exchange(one, LOOKALIKES));
const undressed = (text) =>
  text.replace(PLACEHOLDER, (one) => exchange(exchange(one, ENTITIES), LOOKALIKES.map(([plain, worn]) => [worn, plain])));

const expanded = (mjml) => mjml.replace(SELF_CLOSED, "<$1$2></$1>");

// One element a line, indented by depth, so that a comparison of versions shows what was changed.
const laidOut = (mjml) => {
  const lines = [];
  const open = []; // the elements around, and whether their ends stand on lines of their own
  const indent = () => "  ".repeat(open.length + 1);
  const add = (...more) => {
    if (open.length) open.at(-1).isLong = true;
    lines.push(...more.map((line) => indent() + line.trim()));
  };
  for (const token of mjml.replace(WITHOUT_CONTENT, "<$1$2 />").split(TAG).filter((one) => one.trim())) {
    if (token.startsWith("</")) {
      const { isLong } = open.pop();
      if (isLong) lines.push(indent() + token);
      else lines[lines.length - 1] += token;
    } else if (TAG.test(token)) {
      add(token);
      if (!token.endsWith("/>")) open.push({ name: token.match(/mj-[\w-]+/)[0], isLong: false });
    } else if (LAYERS.has(open.at(-1)?.name)) {
      add(token);
    } else if (PARAGRAPH.test(token) && !token.includes("<pre")) {
      add(...token.split(PARAGRAPH).filter((one) => one.trim()));
    } else {
      lines[lines.length - 1] += token;
    }
  }
  return lines.join("\n").trimStart();
};

const escaped = (value) => exchange(value.replace(/&(?=#?\w+;)/g, "&amp;"), [["<", "&lt;"], [">", "&gt;"], ['"', "&quot;"]]);

const place = document.getElementById("visual");
const form = place.closest("form");
const field = form.elements.source;
const original = field.value;
const [, before, body, after] = (original.trim() ? original : EMPTY).match(PARTS) ?? [];
const head = body ? (dressed(before).match(HEAD)?.[0] ?? "") : "";

// The plugin writes attributes as they are, and leaves out what it takes for MJML's defaults.
const faithful = ({ model }) => ({
  defaults: { "style-default": {} },
  getAttrToHTML() {
    const attributes = Object.entries(model.prototype.getAttrToHTML.call(this));
    return Object.fromEntries(attributes.map(([name, value]) => [name, escaped(String(value ?? ""))]));
  },
});

// The head's styles and defaults count in the editor as they will in the mail.
const likeTheMail = (editor, { opt }) => {
  const compile = opt.mjmlParser;
  opt.mjmlParser = (source, options) => compile(source.replace("<mjml>", () => `<mjml>${head}`), options);
  for (const type of [...editor.Components.getTypes()]) {
    if (type.id.startsWith("mj")) editor.Components.addType(type.id, { model: faithful(type) });
  }
};

const words = (property, name) => ({ property, name, type: "text", default: "" });
const choice = (property, name, ...values) => {
  const list = ["", ...values].map((id) => ({ id, label: id || "as the message" }));
  return { property, name, type: "select", default: "", list };
};
const colour = (property, name) => ({ property, name, type: "color", default: "" });
const SECTORS = [
  {
    name: "Look",
    open: true,
    properties: [
      colour("color", "Colour"),
      colour("background-color", "Background"),
      choice("align", "Alignment", "left", "center", "right"),
      words("font-size", "Letter size"),
      choice("font-weight", "Weight", "400", "600", "700"),
      words("line-height", "Line height"),
    ],
  },
  {
    name: "Space",
    open: false,
    properties: [
      words("padding", "Padding"),
      words("inner-padding", "Inner padding"),
      words("width", "Width"),
      words("height", "Height"),
      words("border", "Border"),
      words("border-radius", "Rounding"),
    ],
  },
];

// GrapesJS writes the name of a field beside it, without telling that they belong together.
const nameFields = () => {
  for (const field of document.querySelectorAll(".visual-tools :is(input, select)")) {
    const beside = field.closest(".gjs-sm-property, .gjs-trt-trait")?.querySelector("[data-sm-label], [data-label]");
    if (beside && !field.ariaLabel) field.ariaLabel = beside.textContent.trim();
  }
};

const start = () => {
  const plugin = window["grapesjs-mjml"].default ?? window["grapesjs-mjml"];
  const editor = window.grapesjs.init({
    container: "#visual-canvas",
    height: "min(75vh, 50rem)",
    width: "100%",
    components: "",
    storageManager: false,
    telemetry: false,
    noticeOnUnload: false,
    cssIcons: "",
    panels: { defaults: [] },
    blockManager: { appendTo: "#visual-blocks", appendOnClick: true },
    traitManager: { appendTo: "#visual-traits" },
    styleManager: { appendTo: "#visual-styles", sectors: SECTORS },
    assetManager: {
      upload: false,
      dropzone: false,
      assets: [...document.querySelectorAll("#pictures img")].map(({ src }) => src),
    },
    plugins: [plugin],
    pluginsOpts: {
      [plugin]: {
        blocks: BLOCKS,
        block: (id) => (id === "mj-image" ? { content: "<mj-image></mj-image>" } : {}),
        customComponents: [likeTheMail],
        useCustomTheme: false,
        resetStyleManager: false,
        columnsPadding: "",
      },
    },
  });
  for (const tools of document.querySelectorAll(".visual-tools")) {
    new MutationObserver(nameFields).observe(tools, { childList: true, subtree: true });
  }
  editor.setComponents(`<mjml>${expanded(dressed(body))}</mjml>`);
  return editor;
};

// What the source would be if it were written now.
const written = (editor) => {
  const [, , content] = editor.runCommand("mjml-code").match(PARTS);
  return before + undressed(laidOut(content)) + after;
};

// The reason why the source can't be edited here, found out by the server; nothing if it can.
const problemOf = async (source) => {
  const asked = new FormData();
  asked.set("source", original.trim() ? original : EMPTY);
  asked.set("kept", source);
  asked.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  const answer = await fetch(place.dataset.check, { method: "POST", body: asked });
  return answer.ok ? (await answer.json()).problem : "Whether the message can be kept as it is could not be found out.";
};

const refuse = (problem) => {
  place.querySelector("[data-visual-problem]").textContent = problem;
  place.querySelector("[data-visual-refused]").hidden = false;
  place.querySelector("[data-visual-waiting]").hidden = true;
};

const insert = (editor, text) => {
  const source = expanded(dressed(text));
  const target = editor.getSelected() ?? editor.getWrapper();
  const column = target.is("mj-column") ? target : (target.closestType("mj-column") ?? target.findFirstType("mj-column"));
  if (editor.getEditing()) editor.RichTextEditor.globalRte.insertHTML(text);
  else if (text.startsWith("<mj-")) column?.append(source);
  else column?.append(`<mj-text>${source}</mj-text>`);
};

const open = (editor, untouched) => {
  let pause;
  let isInCanvas = false;
  const write = () => {
    const now = written(editor);
    const value = now === untouched ? original : now;
    if (value === field.value) return;
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const leave = async ({ target }) => {
    if (target.closest("#visual-canvas, [data-insert]")) return;
    isInCanvas &&= !target.matches("[data-insert-here]");
    await editor.getEditing()?.view.disableEditing(); // what was typed is no part of the message before that
    write();
  };
  const press = (event) => {
    const { visual, device, insert: text } = event.target.closest("[data-visual], [data-device], [data-insert]")?.dataset ?? {};
    if (visual) editor.runCommand(visual);
    if (device) editor.setDevice(device);
    if (!text || !isInCanvas) return;
    event.stopPropagation();
    insert(editor, text);
  };
  editor.on("update", () => {
    clearTimeout(pause);
    pause = setTimeout(write, WRITE_PAUSE);
  });
  editor.on("component:selected", () => (isInCanvas = true));
  document.addEventListener("pointerdown", leave, true);
  document.addEventListener("focusin", leave, true);
  document.addEventListener("click", press, true);
  nameFields();
  editor.UndoManager.clear();
  editor.Canvas.getFrameEl().title = "The message";
  place.querySelector("[data-visual-waiting]").hidden = true;
  place.classList.add("is-ready");
};

const begin = async () => {
  if (!body) return refuse("The source has no <mj-body>.");
  const editor = start();
  await new Promise((done) => editor.onReady(done));
  const untouched = written(editor);
  const problem = await problemOf(untouched);
  return problem ? refuse(problem) : open(editor, untouched);
};

begin();
