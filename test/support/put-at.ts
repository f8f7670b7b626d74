// Applies a fix where it belongs: the options of an author who did what the message says.

/** A copy of the options in which `value` stands at `path`, as an issue spells it. */
export function putAt(options: unknown, path: string, value: unknown): unknown {
  const keys = [...path.matchAll(/\["([^"]*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, name]) => quoted ?? index ?? name ?? "",
  );
  return put(options, keys, value);
}

function put(target: unknown, [key, ...rest]: string[], value: unknown): unknown {
  if (key === undefined) return value;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(target)
    ? [...target]
    : { ...(target as object) };
  const record = copy as Record<string, unknown>;
  record[key] = put(record[key], rest, value);
  return copy;
}
