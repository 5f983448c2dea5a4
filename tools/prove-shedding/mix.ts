// Of a hundred requests, how many are critical, and normal; the others are background.

export const CRITICAL = 20;
export const NORMAL = 60;
