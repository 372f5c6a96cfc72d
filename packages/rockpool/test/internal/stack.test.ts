/** Captured stacks: where they begin, how long they are, and what they leave as it was. */
import { describe, expect, it } from 'vitest';
import { CapturedStack, captureStack } from '../../src/internal/stack.ts';
import { collectUntil } from '../leak/garbage.ts';

/** Stands for a function of the library. */
function library(): CapturedStack {
  return new CapturedStack(library);
}

function userOfLibrary(): CapturedStack {
  return library();
}

describe('a captured stack', () => {
  it('begins at the caller of the library’s function', () => {
    const lines = userOfLibrary().text.split('\n');
    expect(lines[0]).toMatch(/^ {4}at userOfLibrary .*stack\.test/);
    expect(lines.join()).not.toContain('at library');
  });

  it('is empty below a function that nobody called', () => {
    expect(captureStack(() => {})).toBe('');
  });

  it('is cut at 8 frames where the stack is deeper', () => {
    function bottom(): string {
      return captureStack(bottom);
    }
    const down = (depth: number): string => (depth === 0 ? bottom() : down(depth - 1));
    const lines = down(20).split('\n');
    expect(lines).toHaveLength(8);
    for (const line of lines) expect(line).toMatch(/^ {4}at down /);
  });

  it('gives the same text each time', () => {
    const stack = userOfLibrary();
    const { text } = stack;
    expect(text).not.toBe('');
    expect(stack.text).toBe(text);
  });

  it('leaves the limit of other stacks as it was', () => {
    const limit = Error.stackTraceLimit;
    try {
      Error.stackTraceLimit = 3;
      userOfLibrary().text;
      expect(Error.stackTraceLimit).toBe(3);
    } finally {
      Error.stackTraceLimit = limit;
    }
  });

  it('holds nothing of the calls once its text was read', async () => {
    class Receiver {
      run(): CapturedStack {
        return library();
      }
    }
    const make = () => {
      const receiver = new Receiver();
      const stack = receiver.run();
      stack.text;
      return { stack, receiver: new WeakRef(receiver) };
    };
    const { stack, receiver } = make();
    await collectUntil('the receiver is collected', () => receiver.deref() === undefined);
    expect(stack.text).toContain('Receiver.run');
  });
});
