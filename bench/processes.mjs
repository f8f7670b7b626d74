// Child processes that measure: started, asked in turn, and always ended.
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

const running = new Set();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts a script of this folder, and waits until it says "ready"; what else it says first is kept as `hello`. */
export async function start(script, parameters, execArgv = []) {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), [JSON.stringify(parameters)], {
    execArgv,
  });
  running.add(child);
  child.once("exit", () => running.delete(child));
  const started = { child, hello: await answer(child) };
  return started;
}

export async function ask({ child }, question) {
  const answered = answer(child);
  child.send(question);
  return answered;
}

export function stop({ child }) {
  if (child.exitCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", resolve);
    child.kill();
  });
}

function answer(child) {
  return new Promise((resolve, reject) => {
    const failed = (code) => reject(new Error(`a measuring process ended early: ${code}`));
    child.once("exit", failed);
    child.once("message", (message) => {
      child.off("exit", failed);
      resolve(message);
    });
  });
}
