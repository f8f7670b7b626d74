// How many origins one Java class holds.
import type { Notes } from "./notes.ts";

const MOST_IN_A_ROUTE = 4000;
const MOST_IN_ALL = 20_000;

/** A class has 65535 constants, two for each string, and 65535 bytes in one method, some 12 for each origin. */
export class Room {
  #left = MOST_IN_ALL;

  /** Is there room for the route's origins? If not, that is refused. */
  takes(count: number, key: string, notes: Notes): boolean {
    if (count <= MOST_IN_A_ROUTE && count <= this.#left) {
      this.#left -= count;
      return true;
    }
    notes.refuse(
      "ORIGIN_COUNT",
      key,
      "origin",
      `${count} origins are more than one Java class holds`,
      `list at most ${MOST_IN_A_ROUTE} a route and ${MOST_IN_ALL} in all, or a pattern in the place of many`,
    );
    return false;
  }
}
