export function packSuffixes(): string;
