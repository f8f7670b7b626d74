// Express 4 is installed under an alias; its types are close enough to those of Express 5 for what the tests do.
declare module "express4" {
  import express from "express";
  export default express;
}
