// The built dashboard, a module of data beside the Worker: the platform gives its bytes.

declare module "*/dashboard.page" {
  const file: ArrayBuffer;
  export default file;
}
