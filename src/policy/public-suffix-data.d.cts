declare const packed: string;
export = packed;
