"""The delivery engine of one worker process: a window of recipients between the database and the carrier."""
