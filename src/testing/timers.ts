// The timers that there were when this was loaded: a test that takes the clock into its own hands must not stop time-outs.
export const { setTimeout: startTimer, clearTimeout: stopTimer, setImmediate: soon } = globalThis;
