declare const load: () => string;
export = load;
