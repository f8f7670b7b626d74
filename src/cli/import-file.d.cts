declare const importFile: (url: string) => Promise<Record<string, unknown>>;
export = importFile;
