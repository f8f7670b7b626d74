// A short stable hash of a policy's data: which instance runs which policy?

const OFFSET = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;

/**
 * FNV-1a over the JSON text in which keys are sorted, as 16 hexadecimal digits. It tells policies apart in events; it
 * is no signature (node:crypto would be, but the policy half runs without Node).
 */
export function digestOf(data: unknown): string {
  let high = Number(OFFSET >> 32n);
  let low = Number(OFFSET & 0xffffffffn);
  const json = canonical(data);
  for (let index = 0; index < json.length; index++) {
    low ^= json.charCodeAt(index);
    // 64-bit multiplication by 2^40 + 0x1b3 in two 32-bit halves: a BigInt per character takes 20 times as long.
    const product = (low >>> 0) * PRIME_LOW;
    high = (Math.imul(high, PRIME_LOW) + Math.floor(product / 0x100000000) + (low << 8)) | 0;
    low = product | 0;
  }
  return hex(high) + hex(low);
}

const PRIME_LOW = Number(PRIME & 0xffffffffn);

function hex(half: number): string {
  return (half >>> 0).toString(16).padStart(8, "0");
}

function canonical(data: unknown): string {
  return JSON.stringify(data, (_key, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
