#!/usr/bin/env node
import { loadMain } from '../dist/cli.js';

process.exitCode = await loadMain(process.argv.slice(2));
