// The counter-test: this must not compile.
import cors from "boring-cors";

cors({ origin: "https://app.example.com", allowHeaders: [] });
