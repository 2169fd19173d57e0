namespace Alignment.CommandLine

open System
open System.IO
open System.Text

/// A writer that keeps what passes through it in a file, once there is one.
type ConsoleLog(inner: TextWriter) =
    inherit TextWriter()
    let gate = obj ()
    let before = StringBuilder()
    let mutable file: StreamWriter | null = null

    /// Whatever keeps the file from being written, a full disk or a right that is missing, keeps nothing else.
    let trying action =
        lock gate (fun () ->
            try
                action ()
            with
            | :? IOException
            | :? UnauthorizedAccessException -> ())

    let keep (text: string) =
        trying (fun () ->
            match file with
            | null -> before.Append text |> ignore
            | file -> file.Write text)

    /// The file from now on; what has passed before is written first.
    member _.Open(path: string) =
        trying (fun () ->
            let opened = new StreamWriter(path, append = true, AutoFlush = true)
            file <- opened
            opened.Write(before.ToString()))

    /// Keeps a text that passes elsewhere.
    member _.Keep(text: string) = keep text

    override _.Encoding = inner.Encoding

    override _.Write(value: char) =
        inner.Write value
        keep (string value)

    override _.Write(value: string | null) =
        inner.Write value
        value |> Option.ofObj |> Option.iter keep

    override this.WriteLine(value: string | null) =
        inner.WriteLine value
        keep (Option.defaultValue "" (Option.ofObj value) + "\n")

    override _.Flush() = inner.Flush()

    override _.Dispose(disposing) =
        if disposing then
            trying (fun () ->
                match file with
                | null -> ()
                | opened ->
                    file <- null
                    opened.Dispose())

        base.Dispose disposing
