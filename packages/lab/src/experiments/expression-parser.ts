/**
 * A parser as libraries have them: tokens, parts of the output, a stack of scopes, a position. It turns an
 * expression into reverse Polish notation (Dijkstra's shunting-yard algorithm) and is written for reuse: tokens
 * and scopes are kept and overwritten, and `reset` brings every field back.
 */

interface Token {
  kind: number;
  start: number;
  end: number;
}

interface Scope {
  readonly names: Map<string, number>;
  depth: number;
}

const NAME = 1;
const NUMBER = 2;
const OPERATOR = 3;

/** Parses one text at a time. */
export class Parser {
  /** Tokens of the current text are the first `#tokenCount`; the rest are kept for the next. */
  readonly #tokens: Token[] = [];
  #tokenCount = 0;
  readonly #output: string[] = [];
  readonly #operators: string[] = [];
  readonly #scopes: Scope[] = [];
  #depth = 0;
  #text = '';

  /**
   * Parses `text`.
   *
   * @returns the length of its reverse Polish notation plus the number of names seen
   */
  parse(text: string): number {
    this.#text = text;
    this.#tokenise();
    this.#enter();
    for (let i = 0; i < this.#tokenCount; i++) this.#take(this.#tokens[i] as Token);
    while (this.#operators.length > 0) this.#output.push(this.#operators.pop() as string);
    let names = 0;
    for (const scope of this.#scopes) names += scope.names.size;
    return this.#output.join(' ').length + names;
  }

  /** Back to the first state, memory kept. */
  reset(): void {
    this.#tokenCount = 0;
    this.#output.length = 0;
    this.#operators.length = 0;
    for (const scope of this.#scopes) {
      scope.names.clear();
      scope.depth = 0;
    }
    this.#depth = 0;
    this.#text = '';
  }

  #tokenise(): void {
    const text = this.#text;
    for (let i = 0; i < text.length; ) {
      const code = text.charCodeAt(i);
      const start = i++;
      if (code === 32) continue;
      const kind = kindOf(code);
      if (kind !== OPERATOR) while (i < text.length && kindOf(text.charCodeAt(i)) !== OPERATOR) i++;
      this.#add(kind, start, i);
    }
  }

  #add(kind: number, start: number, end: number): void {
    const kept = this.#tokens[this.#tokenCount++];
    if (kept === undefined) {
      this.#tokens.push({ kind, start, end });
    } else {
      kept.kind = kind;
      kept.start = start;
      kept.end = end;
    }
  }

  #take({ kind, start, end }: Token): void {
    const text = this.#text.slice(start, end);
    if (kind === NAME) this.#scopes[this.#depth - 1]?.names.set(text, start);
    if (kind !== OPERATOR) this.#output.push(text);
    else if (text === '(') this.#open();
    else if (text === ')') this.#close();
    else this.#operator(text);
  }

  #open(): void {
    this.#operators.push('(');
    this.#enter();
  }

  #close(): void {
    for (let top = this.#operators.pop(); top !== undefined && top !== '('; top = this.#operators.pop()) {
      this.#output.push(top);
    }
    this.#depth--;
  }

  #operator(text: string): void {
    while (this.#operators.length > 0) {
      const top = this.#operators[this.#operators.length - 1] as string;
      if (top === '(' || binding(top) < binding(text)) break;
      this.#output.push(this.#operators.pop() as string);
    }
    this.#operators.push(text);
  }

  #enter(): void {
    const depth = this.#depth++;
    const kept = this.#scopes[depth];
    if (kept === undefined) this.#scopes.push({ names: new Map(), depth });
    else kept.depth = depth;
  }
}

function kindOf(code: number): number {
  if (code >= 48 && code <= 57) return NUMBER;
  return code >= 97 && code <= 122 ? NAME : OPERATOR;
}

function binding(operator: string): number {
  return operator === '+' || operator === '-' ? 1 : 2;
}
