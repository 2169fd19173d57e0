namespace Alignment.CommandLine

open System.IO
open System.Text

/// A writer that keeps what passes through it in a file, once there is one.
type ConsoleLog(inner: TextWriter) =
    inherit TextWriter()
    let gate = obj ()
    let before = StringBuilder()
    let mutable file: StreamWriter | null = null

    let keep (text: string) =
        lock gate (fun () ->
            match file with
            | null -> before.Append text |> ignore
            | file -> file.Write text)

    /// The file from now on; what has passed before is written first. Whatever keeps it from being written keeps nothing else.
    member _.Open(path: string) =
        lock gate (fun () ->
            try
                let opened = new StreamWriter(path, append = true, AutoFlush = true)
                opened.Write(before.ToString())
                file <- opened
            with
            | :? IOException
            | :? System.UnauthorizedAccessException -> ())

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
            lock gate (fun () ->
                match file with
                | null -> ()
                | opened ->
                    opened.Dispose()
                    file <- null)

        base.Dispose disposing
