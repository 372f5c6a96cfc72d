import type { LabReport } from './report.ts';
export function renderHtml(report: LabReport): string {
  return JSON.stringify(report);
}
