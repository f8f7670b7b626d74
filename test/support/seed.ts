// One seed for every property, so that a run says something about the change and not about chance; FUZZ=1 draws new ones.
import fc from "fast-check";

if (process.env.FUZZ === undefined) fc.configureGlobal({ seed: 20_261_124 });
