/**
 * Flags of the command line, each with a variable of the environment: `--max-rooms` is `IM_MAX_ROOMS`. What is wrong is
 * told with the flag's name and range, and ends with exit code 2.
 */
import { InvalidArgumentError, Option } from 'commander';

/** A flag with a whole number. */
export function integerFlag(flag: string, what: string, min: number, max: number, fallback: number): Option {
  const parse = integerParser(min, max);
  return withVariable(new Option(`--${flag} <n>`, what).default(fallback).argParser(parse), flag);
}

function integerParser(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < min || value > max || text.trim() === '') {
      throw new InvalidArgumentError(`It must be an integer from ${min} to ${max}.`);
    }
    return value;
  };
}

/** A flag with a port, which may be left out; 0: any free one. */
export function optionalPortFlag(flag: string, what: string): Option {
  return withVariable(new Option(`--${flag} <n>`, what).argParser(integerParser(0, 65_535)), flag);
}

/** A flag with a number of seconds or the like. */
export function numberFlag(flag: string, what: string, min: number, max: number, fallback: number): Option {
  const parse = (text: string): number => {
    const value = Number(text);
    if (!(value >= min && value <= max) || text.trim() === '') {
      throw new InvalidArgumentError(`It must be a number from ${min} to ${max}.`);
    }
    return value;
  };
  return withVariable(new Option(`--${flag} <n>`, what).default(fallback).argParser(parse), flag);
}

/** A flag with one of several words. */
export function choiceFlag(flag: string, what: string, choices: readonly string[], fallback: string): Option {
  return withVariable(new Option(`--${flag} <word>`, what).choices(choices).default(fallback), flag);
}

/** A flag with a text; without a default it may be left out. */
export function textFlag(flag: string, what: string, fallback?: string): Option {
  const option = new Option(`--${flag} <text>`, what);
  return withVariable(fallback === undefined ? option : option.default(fallback), flag);
}

function withVariable(option: Option, flag: string): Option {
  return option.env(`IM_${flag.toUpperCase().replaceAll('-', '_')}`);
}
