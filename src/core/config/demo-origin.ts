// Where `npm start` puts the demo origin: the origin of the configuration as it comes, until it is changed to yours.

export const DEMO_ORIGIN_PORT = 8790;
export const DEMO_ORIGIN_URL = `http://127.0.0.1:${DEMO_ORIGIN_PORT}`;
