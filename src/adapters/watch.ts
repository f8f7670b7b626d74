// One answer on its way, and what the policy says of it: they meet when both are there.
import type { CompiledRule } from "../policy/compile.ts";
import type { DecisionEvent } from "./diagnostics.ts";
import type { AskedRequest, Request } from "./exchange.ts";
import { type Head, headOf } from "./head.ts";
import type { Response } from "./response.ts";

/** Who wants to know. */
export interface Observer {
  /** Both are there: what left, and what the policy says. */
  compare(left: Head, wanted: Wanted): void;
  /** Whatever goes wrong here is no error of the request. */
  attempt(watch: Watch | undefined, act: () => void): void;
}

/** What the policy would have sent, and to what. */
export interface Wanted {
  readonly event: DecisionEvent;
  readonly rule: CompiledRule;
  readonly fetchMode: unknown;
}

/** One answer on its way: it is compared when its head has left and the policy has spoken, whichever comes last. */
export class Watch {
  /** As it came: what stands behind may rewrite the path, or the method. */
  readonly asked: AskedRequest;
  private left: Head | undefined;
  private wanted: Wanted | undefined;

  constructor(
    private readonly reporter: Observer,
    { method, url, originalUrl, headers }: Request,
  ) {
    this.asked = { method, url, originalUrl, headers: { ...headers } } as AskedRequest;
  }

  /** Looks at the head as soon as it is written; changes nothing. */
  over(res: Response): void {
    const written = res.writeHead;
    const watch = this;
    res.writeHead = function writeHead(this: Response, ...given: unknown[]) {
      const returned = Reflect.apply(written as (...given: unknown[]) => unknown, this, given);
      watch.look(this);
      return returned;
    };
  }

  wants(wanted: Wanted): void {
    this.wanted = wanted;
    this.meet();
  }

  /** Has the response ended without a head? */
  isGone(res: Response): boolean {
    return (
      this.left === undefined &&
      (res.destroyed === true || res.closed === true || res.stream?.destroyed === true)
    );
  }

  private look(res: Response): void {
    if (this.left !== undefined) return;
    this.reporter.attempt(this, () => {
      const head = headOf(res);
      // 101 ends HTTP; other interim heads are followed by the one that counts.
      if (head === undefined || head.status < 200) return;
      this.left = head;
      this.meet();
    });
  }

  private meet(): void {
    const { left, wanted } = this;
    if (left === undefined || wanted === undefined) return;
    // Whoever listens takes its time after the answer is on its way, not before.
    queueMicrotask(() => this.reporter.attempt(this, () => this.reporter.compare(left, wanted)));
  }
}
