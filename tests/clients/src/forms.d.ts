// What generated functions that upload a file are written with: browsers have these. Mini-programs have not, and upload
// with wx.uploadFile instead.
interface Blob {
  readonly size: number;
  readonly type: string;
}
declare const Blob: new (parts: string[], options?: { type?: string }) => Blob;
interface File extends Blob {
  readonly name: string;
}
declare const File: new (parts: string[], name: string) => File;
interface FormData {
  append(name: string, value: string | Blob): void;
}
declare const FormData: new () => FormData;
