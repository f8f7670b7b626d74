declare const load: () => { readonly shorthand: readonly string[]; readonly text: string };
export = load;
