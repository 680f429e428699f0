declare module "virtual:core" {
  const base64: string;
  export default base64;
}
