import { expect, test } from 'vitest';
import { verifyEncoders } from '../../src/experiments/messages.ts';
import { MAX_BODY_BYTES, MIN_BODY_BYTES, makeBodies } from '../../src/frames/message-bodies.ts';

const bodies = makeBodies(2000, 1);

test('bodies keep to their lengths and are whole characters', () => {
  for (const text of bodies.texts) {
    const bytes = Buffer.from(text);
    expect(bytes.length).toBeGreaterThanOrEqual(MIN_BODY_BYTES);
    expect(bytes.length).toBeLessThanOrEqual(MAX_BODY_BYTES);
    expect(bytes.toString()).toBe(text);
  }
});

test('short and long, plain and multi-byte bodies occur', () => {
  const lengths = bodies.texts.map((text) => Buffer.byteLength(text));
  expect(Math.min(...lengths)).toBeLessThan(25);
  expect(Math.max(...lengths)).toBeGreaterThan(900);
  expect(bodies.meanBytes).toBeCloseTo(lengths.reduce((a, b) => a + b) / lengths.length);
  expect(bodies.multiByteShare).toBeGreaterThan(0.05);
  expect(bodies.multiByteShare).toBeLessThan(0.5);
});

test('the same seed makes the same bodies, another one others', () => {
  expect(makeBodies(50, 1).texts).toEqual(bodies.texts.slice(0, 50));
  expect(makeBodies(50, 2).texts).not.toEqual(bodies.texts.slice(0, 50));
});

test('verifyEncoders() passes for real messages and finds a body that cannot survive', () => {
  const messages = bodies.texts.map((body, i) => ({ id: i, sender: i, timeMs: i, body }));
  expect(() => verifyEncoders(messages)).not.toThrow();
  expect(() => verifyEncoders([{ id: 1, sender: 1, timeMs: 1, body: 'lone \ud800 surrogate' }])).toThrow(
    /'body' of message 1 decodes to/,
  );
});
