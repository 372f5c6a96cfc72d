/** Names of users and rooms: what is a legal one. */
import { MAX_NAME_BYTES } from './frame-layout.ts';

/** Control characters, and what is nothing but space at an end. */
const REFUSED = /\p{Cc}|^\s|\s$/u;

/** Whether `name` has 1 to `MAX_NAME_BYTES` bytes of UTF-8, no control characters and no space at its ends. */
export function isName(name: string): boolean {
  if (name === '' || name.length > MAX_NAME_BYTES) return false;
  return Buffer.byteLength(name) <= MAX_NAME_BYTES && !REFUSED.test(name);
}

/** What a login says: the name, and the token behind a zero byte. */
export function splitLogin(body: string): { readonly name: string; readonly token: string } {
  const at = body.indexOf('\0');
  return at === -1 ? { name: body, token: '' } : { name: body.slice(0, at), token: body.slice(at + 1) };
}
