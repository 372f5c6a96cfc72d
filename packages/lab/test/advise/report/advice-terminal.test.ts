import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import type { Advice } from '../../../src/advise/advice.ts';
import { renderAdviceText } from '../../../src/advise/report/advice-terminal.ts';
import { columnsOf } from '../../../src/report/terminal-lines.ts';
import { adviceWith } from './hostile-advice.ts';
import { emptyAdvice, place, sampleAdvice, site } from './sample-advice.ts';

const ESCAPE = '\u001b';
const render = (advice: Advice, width = 100): string => renderAdviceText(advice, { colour: false, width });
const text = render(sampleAdvice);

/** Lines that are wider, and not because of one word, or a line of a snippet, that cannot be broken. */
function tooWide(rendered: string, width: number): string[] {
  const snippets = new Set(
    [...sampleAdvice.sites, ...sampleAdvice.connections].flatMap(({ snippet }) =>
      (snippet ?? '').split('\n').map((line) => line.trim()),
    ),
  );
  return rendered.split('\n').filter((line) => {
    const whole = line.trim();
    const path = /^(callers: |← )?(\S+ )?\S+:\d+:\d+$/.test(whole);
    return columnsOf(line) > width && !snippets.has(whole) && !path;
  });
}

test('the first lines say how the program ended, what GC took and what the watching cost', () => {
  expect(text).toMatch(/^Program {3}exit code 0 after 30\.2 s; 41\.3 s of CPU; 2 processes, 6 threads$/m);
  expect(text).toMatch(
    /^GC {8}1482 collections, 4\.12 s, 9\.98 % of CPU; longest pause 38\.2 ms; 61\.0 % by external memory$/m,
  );
  expect(text).toMatch(/^Watching {2}cost 1\.21 % of CPU; sampled, 8412 stacks$/m);
});

test('what to do comes first, with all savings together', () => {
  const [, what = ''] = /\nWhat to do\n([\s\S]*?)\n\n/.exec(text) ?? [];
  expect(what.replace(/\s+/g, ' ').trim()).toBe(
    'Pool 4 sites: saves about 6.75 % of CPU (2.79 s), 1.83 s of GC (44.5 % of it), and 868 MiB/s of allocation. ' +
      'Use a resource pool for db.internal:5432: saves about 15.1 s of waiting. ' +
      'Use an agent for prices.example.com:443: saves about 27.9 s of waiting. ' +
      'Leave the other 11 sites and the other connection alone.',
  );
});

test('a site to pool has its place, source, figures, reason, saving, callers and snippet', () => {
  const [, hot = ''] = /\n( {2}1 {2}[\s\S]*?)\n\n {2}2 {2}/.exec(text) ?? [];
  for (const part of [
    '  1  pool it  Buffer.alloc  src/gateway/frames.ts:42:18  in readFrame',
    '> const frame = Buffer.alloc(header.length);',
    '12.0 k/s (361 k); 743 MiB/s (21.9 GiB); in main, worker 1, worker 2 and 2 more',
    '257 B ▁·▁▂█▁ 128 KiB, 81.0 % of 32 KiB–64 KiB',
    'lifetime  short-lived; half are gone within 64 ms; 0.300 % alive at the end; about 24 held at a',
    'why       Each costs 6.1 µs',
    'saves     5.07 % of CPU (2.09 s), 1.41 s of GC, 742 MiB/s of allocation; 5.80 µs an operation',
    '3.90 µs of it GC',
    'callers   onData src/gateway/socket.ts:118:18 ← Socket.emit node:net:1024:18',
    'use       ByteBufAllocator',
    '         const frame = allocator.buffer(header.length);\n         try {\n           handle(frame);',
  ]) {
    expect(hot).toContain(part);
  }
});

test('libraries and workers are named', () => {
  expect(text).toMatch(/pack\.js:96:18 {2}in Packr\.pack\s+of msgpackr\n/);
  expect(text).toContain('; in worker 3\n');
});

test('what is left is short, and at most eight of them', () => {
  expect(text).toContain(
    ' 12  leave it  Array.push  src/jobs/job-4.ts:10:18  12.4 KiB/s\n     Made 132 times a second',
  );
  expect(text.match(/leave it/g)).toHaveLength(9);
  expect(text).toContain('  and 3 more to leave (--json has all)\n');
  expect(text).toContain('Not listed: 214 sites');
});

test('connections say what connecting costs; those of HTTP are for an agent', () => {
  expect(text).toContain(
    ' 1  use a resource pool  db.internal:5432  src/store/rows.ts:24:18  in loadRow  of pg',
  );
  expect(text).toContain('4.20 ms to connect, open for 7.50 ms, at most 14 open at a time');
  expect(text).toContain(' 2  use an agent  prices.example.com:443 (TLS)');
  expect(text).toContain(' 3  leave it  /run/metrics.sock  src/metrics.ts:3:18  2 in all');
});

test.each([40, 80, 120, 500])('no line is wider than %i columns, or than 120', (width) => {
  expect(tooWide(render(sampleAdvice, width), Math.min(width, 120))).toEqual([]);
});

test('a figure and its unit stay on one line', () => {
  for (const width of [40, 53, 61, 80]) {
    expect(render(sampleAdvice, width)).not.toMatch(/\d\n\s+(%|ms|µs|ns|s|[KMG]iB)[\s,;.)/]/);
  }
});

test('without colour there is no escape sequence; with it the text is the same', () => {
  expect(text).not.toContain(ESCAPE);
  const coloured = renderAdviceText(sampleAdvice, { colour: true, width: 100 });
  expect(coloured).toContain(`${ESCAPE}[32mpool it`);
  expect(coloured).toContain(`${ESCAPE}[36muse a resource pool`);
  expect(coloured).toContain(`${ESCAPE}[33mleave it`);
  expect(stripVTControlCharacters(coloured)).toBe(text);
});

test.each([
  ['escape sequences', `${ESCAPE}[2J${ESCAPE}[31m`],
  ['links and titles', `${ESCAPE}]8;;http://x.example/\u0007${ESCAPE}]0;owned\u0007`],
  ['single control characters', '\u0007\b\u009b\u0000\u007f\r'],
  ['characters that turn a line around', '\u202e\u2066\u200f'],
  ['line breaks', '\n\u2028'],
])('%s of the program are stripped', (_, hostile) => {
  const shown = render(adviceWith(hostile));
  expect(shown).not.toMatch(/[^\P{Cc}\n]|\p{Cf}|[\u2028\u2029]/u);
  expect(shown).not.toMatch(/owned/);
  // A line break within a name starts no line of its own.
  expect(shown.split('\n').filter((line) => line !== '' && !/^( |[A-Z]|rockpool)/.test(line))).toEqual([]);
});

test('a name in wide characters takes two columns each', () => {
  const wide = { ...sampleAdvice, command: `node ${'記憶 '.repeat(40)}` };
  expect(tooWide(render(wide, 60), 60)).toEqual([]);
});

test('a line of a minified file is cut around its column', () => {
  const source = `${'x'.repeat(3000)}Buffer.alloc(n)${'y'.repeat(3000)}`;
  const minified = { ...place('dist/app.js', 1, 'a', source), column: 3001 };
  const shown = render({
    ...sampleAdvice,
    sites: [site({ what: 'Buffer.alloc', place: minified, verdict: 'pool it', reason: 'pays' })],
  });
  expect(shown).toMatch(/> …x+Buffer\.alloc\(n\)y+…\n/);
  expect(tooWide(shown, 100)).toEqual([]);
});

test('an advice without sites says that nothing is worth pooling, and why that is fine', () => {
  const shown = render(emptyAdvice);
  expect(shown).toMatch(/What to do\n {2}Nothing here is worth pooling\. GC took 0\.400 % of CPU/);
  expect(shown).toContain('That is a fine result: code without pools is simpler.');
  expect(shown).not.toMatch(/^(Sites|Connections|Notes)$/m);
  expect(shown).toMatch(/[^\n]\n$/);
});

test('nothing to pool is not praised for cheap collections where they are dear, or where nothing was seen', () => {
  const busy = { ...emptyAdvice, gc: sampleAdvice.gc };
  expect(render(busy)).toContain('but reuse would not lower it');
  const idle = { ...emptyAdvice, watching: { ...emptyAdvice.watching, samples: 0 } };
  expect(render(idle)).toContain('allocated too little to be seen');
  const unseen = { ...emptyAdvice, program: { ...emptyAdvice.program, seconds: 0, cpuMs: 0, processes: [] } };
  expect(render(unseen)).toContain('exit code 0 after 0 s; 0 s of CPU; 0 processes, 0 threads');
  expect(render(unseen)).toContain('No process of Node.js was seen');
});

test('a program that was killed, or still runs, says so', () => {
  const ended = (end: Advice['program']['end']): string =>
    render({ ...emptyAdvice, program: { ...emptyAdvice.program, end } });
  expect(ended({ code: null, signal: 'SIGKILL' })).toContain('ended by SIGKILL after 30.2 s');
  expect(ended(null)).toContain('still running after 30.2 s');
});
