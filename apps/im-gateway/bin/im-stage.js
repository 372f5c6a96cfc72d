#!/usr/bin/env node
import { stageMain } from '../dist/cli.js';

process.exitCode = await stageMain(process.argv.slice(2));
