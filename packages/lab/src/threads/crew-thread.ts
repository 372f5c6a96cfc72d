/** A thread of a crew: finds its role, says that it is ready, and works until it is told to stop. */
import { workerData } from 'node:worker_threads';
import type { CrewData } from './crew.ts';
import { countOf, READY, STOP, WRONG } from './crew-control.ts';
import { type Crewman, ROLES } from './roles.ts';

const { role, thread, control } = workerData as CrewData;

const self: Crewman = {
  thread,
  count: (operations) => void Atomics.add(control, countOf(thread), operations),
  wrong: () => void Atomics.add(control, WRONG, 1),
  stopped: () => Atomics.load(control, STOP) === 1,
};
const work = await ROLES[role](workerData, self);
Atomics.add(control, READY, 1);
if (work !== undefined) while (!self.stopped()) self.count(work());
