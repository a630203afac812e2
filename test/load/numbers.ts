/** numbers: figures as people read them: 84301 → "84,301", 2621440 → "2.5 MiB", 0.8 → "80 %". */

const UNITS = ["B", "KiB", "MiB", "GiB"];
const UNIT_STEP = 1024;

/** 84301.4 → "84,301" */
export function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** Small ones with decimals: 0.5 → "0.5", 84301.4 → "84,301" */
export function rate(value: number): string {
  return value < 100 ? String(Number(value.toFixed(1))) : count(value);
}

/** 2621440 → "2.5 MiB" */
export function bytes(value: number): string {
  let unit = 0;
  let left = value;
  while (left >= UNIT_STEP && unit < UNITS.length - 1) {
    left /= UNIT_STEP;
    unit++;
  }
  return `${unit === 0 ? left : left.toFixed(1)} ${UNITS[unit]}`;
}

/** Three figures: 0.123 → "0.123", 12.345 → "12.3", 1234.5 → "1,235" */
export function ms(value: number): string {
  if (value >= 100) return count(value);
  return value.toFixed(value >= 10 ? 1 : value >= 1 ? 2 : 3);
}

/** 0.805 → "81 %"; small ones with a decimal: 0.012 → "1.2 %" */
export function percent(share: number): string {
  const value = share * 100;
  return `${value < 10 ? Number(value.toFixed(1)) : Math.round(value)} %`;
}
