// @ts-check
/**
 * Runs the benchmarks of `bench/java` over Netty: compiles them once with Maven, which leaves the classes and
 * Netty's jars in `.cache/java`, then gives each contender of each round a JVM of its own, with default settings but
 * for the leak detector. What is built already is used without Maven, and without a network.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Unavailable } from './contenders/adapter.mjs';
import { mixedChecksum } from './contenders/sizes.mjs';
import { cacheDirectory, withoutPaths } from './machine.mjs';

const execute = promisify(execFile);
const source = fileURLToPath(new URL('../java', import.meta.url));
const output = join(cacheDirectory, 'java');
const classes = join(output, 'classes');
const library = join(output, 'lib');
const stamp = join(output, 'stamp');

/** Least version of Java. */
const JAVA = 17;
/** A JVM that has said nothing for so long hangs. */
const TIMEOUT_MS = 120_000;
/**
 * The JVM warms up for longer than V8. On a busy machine of two cores its second compiler needs a second or two for
 * these loops (Java 17: 64 B, pooled, 120 ns after 0.6 s and 67 after 5 s), and what is not compiled by then would
 * speak for us.
 */
const WARM_FACTOR = 10;
const WARM_LEAST_MS = 1000;

const BUILD = 'mvn -f bench/java/pom.xml compile';

/** Said aloud and in the rows where Java is missing. */
export const JAVA_MISSING = `Java ${JAVA} is missing: Netty's rows are skipped. Install it, \`apt-get install openjdk-17-jdk-headless maven\`, and put \`java\` on the PATH`;
const MAVEN_MISSING =
  "Maven is missing, and bench/java isn't built: Netty's rows are skipped. Install it, `apt-get install maven`";
const JARS_MISSING = `Netty's jars are missing: its rows are skipped. Fetch them where Maven's repository can be reached, \`${BUILD}\``;

/** Without what somebody set for other programs: it must not change a figure. */
const { JAVA_TOOL_OPTIONS: _, JDK_JAVA_OPTIONS: __, ...environment } = process.env;

/** The version that `bench/java/pom.xml` names. */
const nettyVersion = () =>
  /<netty\.version>(.*)<\/netty\.version>/.exec(readFileSync(join(source, 'pom.xml'), 'utf8'))?.[1];

/** What a run needs beside our own classes. */
const jars = () => ['buffer', 'common'].map((part) => `netty-${part}-${nettyVersion()}.jar`);

/** @returns {Promise<import('./types.d.ts').Runtime | undefined>} undefined where Java is missing or too old */
export async function javaRuntime() {
  try {
    const { stderr } = await execute('java', ['-version'], { env: environment });
    const version = /version "([^"]+)"/.exec(stderr)?.[1] ?? '';
    if (!(Number.parseInt(version, 10) >= JAVA)) return undefined;
    return { name: `java-${version}`, path: 'java', engine: `Netty ${nettyVersion()}` };
  } catch {
    return undefined;
  }
}

/** @returns {Promise<string>} a digest of everything that is compiled */
async function digest() {
  const names = await readdir(source, { recursive: true });
  const hash = createHash('sha256');
  for (const name of names.filter((file) => /\.(xml|java)$/.test(file)).sort()) {
    hash.update(name).update(await readFile(join(source, name)));
  }
  return hash.digest('hex');
}

/** @param {string} directory @returns {Promise<string[]>} none where it is missing */
const filesOf = (directory) => readdir(directory).catch(() => []);

/**
 * Compiles the benchmarks, where that has not been done.
 *
 * @throws {Unavailable} Maven or the jars are missing
 */
export async function compileJava() {
  const now = await digest();
  const before = await readFile(stamp, 'utf8').catch(() => '');
  const present = await filesOf(library);
  if (before === now && jars().every((jar) => present.includes(jar))) return;
  try {
    await execute('mvn', ['-q', '-B', '-f', join(source, 'pom.xml'), 'compile'], { env: environment });
  } catch (error) {
    const { code, stdout = '' } = /** @type {NodeJS.ErrnoException & { stdout?: string }} */ (error);
    if (code === 'ENOENT') throw new Unavailable(MAVEN_MISSING);
    if (/could not be resolved|Could not (find|transfer) artifact/i.test(stdout))
      throw new Unavailable(JARS_MISSING);
    const fault = stdout.split('\n').find((line) => line.includes('ERROR')) ?? String(error);
    throw new Error(fault.trim());
  }
  await writeFile(stamp, now);
}

/**
 * @param {import('./types.d.ts').JavaContender} contender
 * @param {{ readonly iterations?: number | undefined, readonly operations?: number | undefined }} suite
 * @param {import('./types.d.ts').Timing} timing
 * @returns {Promise<import('./types.d.ts').Outcome>}
 */
export async function runJava(contender, { iterations = 1000, operations = 1 }, timing) {
  const { benchmark, allocator, bytes, leakDetection } = contender;
  const { warmMs, sampleMs, samples } = timing;
  const settings = {
    benchmark,
    allocator,
    bytes,
    iterations,
    operations,
    warmMs: Math.max(WARM_LEAST_MS, WARM_FACTOR * warmMs),
    sampleMs,
    samples,
  };
  const args = [
    `-Dio.netty.leakDetection.level=${leakDetection}`,
    '-cp',
    [classes, ...jars().map((jar) => join(library, jar))].join(delimiter),
    'rockpool.bench.Main',
    ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
  ];
  try {
    const { stdout } = await execute('java', args, { env: environment, timeout: TIMEOUT_MS });
    const outcome = JSON.parse(stdout);
    if (outcome.sizes !== mixedChecksum()) throw new Error('Java and JavaScript have different mixed sizes');
    if (outcome.leakDetection !== leakDetection) {
      throw new Error(`Netty's leak detection is ${outcome.leakDetection}, not ${leakDetection}`);
    }
    return { status: 'ok', samples: outcome.samples, figures: outcome.figures };
  } catch (error) {
    const { message, stderr = '' } = /** @type {Error & { stderr?: string }} */ (error);
    const fault = stderr.split('\n').find((line) => /exception|error/i.test(line)) ?? message;
    return { status: 'failed', reason: withoutPaths(fault.split('\n')[0] ?? fault) };
  }
}
