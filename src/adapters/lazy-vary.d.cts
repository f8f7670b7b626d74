declare const load: () => typeof import("vary");
export = load;
