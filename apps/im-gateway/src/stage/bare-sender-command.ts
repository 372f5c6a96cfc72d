/** `im-stage bare-sender`: the sending half of {@link measureBareSockets}, which starts it. */
import { Command } from 'commander';
import { integerFlag, numberFlag } from '../config/flags.ts';
import { sendBareFrames } from './bare-sockets.ts';

interface SenderFlags {
  readonly port: number;
  readonly connections: number;
  readonly rate: number;
  readonly seconds: number;
}

/** The command, without its name. */
export function bareSenderCommand(): Command {
  return new Command('bare-sender')
    .description('sends frames to sockets, for figures')
    .addOption(integerFlag('port', 'where the receiver is', 1, 65_535, 7351))
    .addOption(integerFlag('connections', 'to it', 1, 10_000, 50))
    .addOption(integerFlag('rate', 'frames a second to each', 1, 10_000_000, 10_000))
    .addOption(numberFlag('seconds', 'in all', 0.1, 3_600, 3))
    .action((flags: SenderFlags) => sendBareFrames(flags.port, flags));
}
