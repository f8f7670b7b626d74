// import * as all from "boring-cors"
import * as all from "boring-cors";
import { check } from "./check.cjs";

await check({ ...all, cors: all.default });
