// The built dashboard, a module of data beside the Worker: the platform gives its bytes.

declare module "*/dashboard.bin" {
  const file: ArrayBuffer;
  export default file;
}
