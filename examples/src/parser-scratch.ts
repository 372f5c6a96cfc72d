/**
 * A parser whose scratch objects, the tokens and the nodes of the tree, come from a pool.
 *
 * Shows: what is pooled is the scratch of a whole parse, one item with all its tokens and nodes inside, not
 * each token by itself. A token is a small plain object, and such a one costs about as much to pool as to
 * make; the arrays that grew to the size of an expression are what is worth keeping. The program measures
 * both ways and says what it found.
 *
 * Do it when the scratch is large against the work, and none of it outlives the parse: here only a number
 * does. Do not when the tree is the result: then its nodes belong to the caller, and cannot go back.
 */
import { Pool } from 'rockpool';

const EXPRESSIONS = 4000;

const PRECEDENCE: Record<string, number> = { '+': 1, '-': 1, '*': 2, '/': 2 };

interface Token {
  kind: 'number' | 'operator' | 'open' | 'close';
  text: string;
  value: number;
}

interface Node {
  operator: string;
  value: number;
  left: Node | undefined;
  right: Node | undefined;
}

/** Tokens and nodes of one parse; those past the counts are left from earlier ones. */
class Scratch {
  readonly tokens: Token[] = [];
  readonly nodes: Node[] = [];
  tokenCount = 0;
  nodeCount = 0;

  token(kind: Token['kind'], text: string, value: number): void {
    const token = this.tokens[this.tokenCount++];
    if (token === undefined) {
      this.tokens.push({ kind, text, value });
      return;
    }
    token.kind = kind;
    token.text = text;
    token.value = value;
  }

  node(operator: string, value: number, left: Node | undefined, right: Node | undefined): Node {
    let node = this.nodes[this.nodeCount++];
    if (node === undefined) {
      node = { operator, value, left, right };
      this.nodes.push(node);
      return node;
    }
    node.operator = operator;
    node.value = value;
    node.left = left;
    node.right = right;
    return node;
  }

  /** Forgets the parse. The links are let go of, for they would hold another parse's nodes. */
  clear(): void {
    for (let i = 0; i < this.nodeCount; i++) {
      const node = this.nodes[i] as Node;
      node.left = undefined;
      node.right = undefined;
    }
    this.tokenCount = 0;
    this.nodeCount = 0;
  }
}

function tokenize(source: string, scratch: Scratch): void {
  let at = 0;
  while (at < source.length) {
    const character = source[at++] as string;
    if (isDigit(character)) {
      let value = Number(character);
      while (at < source.length && isDigit(source[at] as string)) value = 10 * value + Number(source[at++]);
      scratch.token('number', '', value);
    } else if (character === '(') scratch.token('open', character, 0);
    else if (character === ')') scratch.token('close', character, 0);
    else if (PRECEDENCE[character] !== undefined) scratch.token('operator', character, 0);
    else if (character !== ' ') throw new SyntaxError(`unexpected '${character}'`);
  }
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}

/** Precedence climbing. */
class Parser {
  readonly #scratch: Scratch;
  #at = 0;

  constructor(scratch: Scratch) {
    this.#scratch = scratch;
  }

  parse(): Node {
    const tree = this.#expression(1);
    if (this.#peek() !== undefined) throw new SyntaxError(`unexpected '${this.#peek()?.text}'`);
    return tree;
  }

  #expression(least: number): Node {
    let left = this.#operand();
    for (;;) {
      const operator = this.#peek()?.text ?? '';
      const precedence = PRECEDENCE[operator] ?? 0;
      if (precedence < least) return left;
      this.#at++;
      left = this.#scratch.node(operator, 0, left, this.#expression(precedence + 1));
    }
  }

  #operand(): Node {
    const token = this.#peek();
    this.#at++;
    if (token?.kind === 'number') return this.#scratch.node('', token.value, undefined, undefined);
    if (token?.kind !== 'open') throw new SyntaxError('a number is missing');
    const inner = this.#expression(1);
    if (this.#peek()?.kind !== 'close') throw new SyntaxError("')' is missing");
    this.#at++;
    return inner;
  }

  #peek(): Token | undefined {
    return this.#at < this.#scratch.tokenCount ? this.#scratch.tokens[this.#at] : undefined;
  }
}

function evaluate(node: Node): number {
  if (node.left === undefined || node.right === undefined) return node.value;
  const left = evaluate(node.left);
  const right = evaluate(node.right);
  if (node.operator === '+') return left + right;
  if (node.operator === '-') return left - right;
  return node.operator === '*' ? left * right : left / right;
}

function calculate(source: string, scratch: Scratch): number {
  tokenize(source, scratch);
  return evaluate(new Parser(scratch).parse());
}

const scratches = new Pool({ name: 'scratch', create: () => new Scratch(), reset: (s) => s.clear() });

function calculatePooled(source: string): number {
  return scratches.use((scratch) => calculate(source, scratch));
}

function calculatePlain(source: string): number {
  return calculate(source, new Scratch());
}

/** Expressions of 1 to 40 operators, the same in each run. */
const expressions = Array.from({ length: EXPRESSIONS }, (_, i) => {
  let text = `${i % 97}`;
  for (let n = 0; n < 1 + (i % 40); n++) text = n % 3 === 0 ? `(${text}+${n})` : `${text}${'-*/'[n % 3]}${n}`;
  return text;
});

function sumOf(calculateOne: (source: string) => number): { sum: number; ms: number } {
  const start = performance.now();
  let sum = 0;
  for (const source of expressions) sum += calculateOne(source);
  return { sum, ms: performance.now() - start };
}

console.log(`2*(3+4)-10/4 = ${calculatePooled('2*(3+4)-10/4')}`);
try {
  calculatePooled('2*(3+');
} catch (error) {
  console.log(`2*(3+        = ${error}, and the scratch is back: ${scratches.stats().outstanding === 0}`);
}

// Each way once to warm up, then in turn; the fastest of five counts.
const runs = Array.from({ length: 6 }, () => ({
  plain: sumOf(calculatePlain),
  pooled: sumOf(calculatePooled),
}));
const best = (way: 'plain' | 'pooled') => Math.min(...runs.slice(1).map((run) => run[way].ms));
const agree = runs.every(({ plain, pooled }) => plain.sum === pooled.sum);

const { created, gets } = scratches.stats();
console.log(`expressions:                ${EXPRESSIONS}`);
console.log(`results agree:              ${agree}`);
console.log(`parses with pooled scratch: ${gets}`);
console.log(`scratches created:          ${created}`);
console.log(`new scratch each time:      ${((1e6 * best('plain')) / EXPRESSIONS).toFixed(0)} ns a parse`);
console.log(`pooled scratch:             ${((1e6 * best('pooled')) / EXPRESSIONS).toFixed(0)} ns a parse`);
console.log(`ratio:                      ${(best('plain') / best('pooled')).toFixed(2)}`);
