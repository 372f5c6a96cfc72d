/** Which process it is, how it stands with the connection, and the button that stops the drawing. */
import type { State } from '../data/connection.ts';
import type { Model } from '../data/model.ts';
import { make, setShown, setText } from '../dom.ts';
import { duration } from '../format.ts';
import type { Part } from './part.ts';

/** Elements in which the space key has a meaning of its own. */
const OWN_SPACE = 'button, select, summary, input, textarea, a';

/** The head of the page. */
export class StatusLine implements Part {
  readonly element: HTMLElement;
  #paused = false;
  readonly #onPause: (paused: boolean) => void;
  readonly #title = make('h1', {}, 'Rockpool');
  readonly #facts = make('p', { class: 'facts' });
  readonly #target = make('span', { class: 'target' });
  readonly #state = make('span', { role: 'status', class: 'state', 'data-testid': 'connection' });
  readonly #button = make('button', {
    type: 'button',
    'aria-pressed': 'false',
    'aria-keyshortcuts': 'Space',
  });

  /** @param onPause called when drawing is to stop, or to go on */
  constructor(onPause: (paused: boolean) => void) {
    this.#onPause = onPause;
    this.#button.append(make('span', {}, 'Pause'), make('kbd', { 'aria-hidden': 'true' }, 'space'));
    const who = make('div', { class: 'who' }, this.#title, this.#facts);
    const how = make('div', { class: 'how' }, this.#state, this.#button);
    this.element = make('header', { 'data-testid': 'status' }, who, how);
    this.#button.addEventListener('click', () => this.#toggle());
    document.addEventListener('keydown', (event) => {
      const own = event.target instanceof Element && event.target.closest(OWN_SPACE) !== null;
      if (event.key !== ' ' || event.ctrlKey || event.altKey || event.metaKey || own) return;
      event.preventDefault();
      if (!event.repeat) this.#toggle();
    });
  }

  draw({ snapshot }: Model): void {
    if (snapshot === undefined) return;
    const { title, pid, node, uptimeS } = snapshot.process;
    setText(this.#title, title);
    document.title = `${title} · Rockpool`;
    const facts = [`pid ${pid}`, `Node ${node}`, `up ${duration(uptimeS)}`];
    if (this.#facts.childElementCount === 0) {
      this.#facts.append(...facts.map(() => make('span')), this.#target);
    }
    facts.forEach((fact, i) => {
      setText(this.#facts.children[i] as Node, fact);
    });
  }

  /** How it stands with the connection. */
  setState(state: State, text: string): void {
    this.#state.dataset['state'] = state;
    setText(this.#state, text);
  }

  /** What is watched. */
  setTarget(url: string): void {
    setText(this.#target, url);
    setShown(this.#target, url !== '');
  }

  #toggle(): void {
    this.#paused = !this.#paused;
    this.#button.setAttribute('aria-pressed', String(this.#paused));
    setText(this.#button.firstElementChild as Node, this.#paused ? 'Resume' : 'Pause');
    document.body.classList.toggle('paused', this.#paused);
    this.#onPause(this.#paused);
  }
}
