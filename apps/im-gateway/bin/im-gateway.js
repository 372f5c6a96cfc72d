#!/usr/bin/env node
import { gatewayMain } from '../dist/cli.js';

process.exitCode = await gatewayMain(process.argv.slice(2));
