declare const refuse: (error: Error, entry: (...given: never[]) => unknown) => never;
export = refuse;
