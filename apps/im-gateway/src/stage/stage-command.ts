/** `im-stage`: what runs the gateway and the load generator together. */
import { Command } from 'commander';
import { bareSenderCommand } from './bare-sender-command.ts';
import { figuresCommand } from './figures-command.ts';
import { soakCommand } from './soak-command.ts';
import { startCommand } from './start-command.ts';

/** The command, with its parts. */
export function stageCommand(): Command {
  return new Command('im-stage')
    .description('The gateway and its load, together')
    .addCommand(startCommand())
    .addCommand(figuresCommand())
    .addCommand(soakCommand())
    .addCommand(bareSenderCommand(), { hidden: true });
}
