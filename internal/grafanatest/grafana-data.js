// Grafana's data library, for a browser's bundle.
export * from '@grafana/data';
