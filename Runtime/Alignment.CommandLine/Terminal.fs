namespace Alignment.CommandLine

open System
open System.Diagnostics
open System.IO
open Alignment

/// Where a run prints: results on `Out`, everything else on `Error`; and what is typed.
type Terminal = {
    In: TextReader
    /// Whether somebody types, who wants to be asked.
    InIsTerminal: bool
    Out: TextWriter
    /// Whether somebody looks at `Out`.
    OutIsTerminal: bool
    Error: TextWriter
    /// Whether a line on `Error` can be written over.
    ErrorIsTerminal: bool
}

module Terminal =
    let console () = {
        In = Console.In
        InIsTerminal = not Console.IsInputRedirected
        Out = Console.Out
        OutIsTerminal = not Console.IsOutputRedirected
        Error = Console.Error
        ErrorIsTerminal = not Console.IsErrorRedirected
    }

    let private harmless (c: char) = if Char.IsControl c && c <> '\n' && c <> '\t' then '\uFFFD' else c

    /// Text that a model wrote, as it may go to `Out`: what would steer a terminal reaches none.
    let shown terminal (text: string) = if terminal.OutIsTerminal then String.map harmless text else text

    /// One message for a failed run, whoever raised it, and the exit code.
    let fail terminal program (e: exn) =
        let code, message = Faults.describe e

        if code = ExitCode.Bug then
            terminal.Error.WriteLine
                $"%s{program}: this is a bug, of %s{program} or of the script; please report it.\n%s{message}"
        else
            terminal.Error.WriteLine $"%s{program}: %s{message}"

        code

/// One line that is written over now and then. Short work prints none; files and pipes get a plain line at times.
type StatusLine(terminal: Terminal) =
    let clock = Stopwatch.StartNew()
    let mutable due = TimeSpan.FromSeconds 1.0
    let mutable width = 0

    let pause = TimeSpan.FromSeconds(if terminal.ErrorIsTerminal then 0.2 else 5.0)

    /// Time since the work began.
    member _.Elapsed = clock.Elapsed

    /// Takes the line away before something else is printed.
    member _.Clear() =
        if width > 0 then
            terminal.Error.Write("\r" + String(' ', width) + "\r")
            width <- 0

    /// Writes the line if it is time to.
    member this.Write(line: unit -> string) =
        if clock.Elapsed >= due then
            due <- clock.Elapsed + pause
            let text = line ()

            if terminal.ErrorIsTerminal then
                this.Clear()
                terminal.Error.Write text
                width <- text.Length
            else
                terminal.Error.WriteLine text

/// The line that says how far the enumeration of a game tree is.
type Enumeration(terminal: Terminal) =
    let status = StatusLine terminal

    let line (progress: TreeProgress) =
        let expected = Words.large (Math.Round progress.Expected)
        let megabytes = Words.large (Math.Ceiling(progress.Bytes / 1048576.0))

        $"enumerating: %s{Words.count progress.Histories} of about %s{expected} histories, about %s{megabytes} MB, %s{Words.seconds status.Elapsed.TotalSeconds}"

    /// Does the work with somebody to be told, and takes the line away afterwards.
    member this.Watch(work: IProgress<TreeProgress> -> 'T) =
        try
            work this
        finally
            status.Clear()

    interface IProgress<TreeProgress> with
        member _.Report progress =
            // a tree that will take long is announced before it starts
            if progress.Histories = 0L && progress.Expected > 1e6 then
                terminal.Error.WriteLine(line progress)

            status.Write(fun () -> line progress)

/// The line that says how far a run is.
/// <param name="next">Who else is told of every measured moment.</param>
type ProgressLine(terminal: Terminal, next: IProgress<TracePoint> | null) =
    let status = StatusLine terminal

    let line (point: TracePoint) =
        let gap =
            match Outlook.distance point with
            | Some(name, value) -> $"  %s{name} %s{Words.brief value}"
            | None -> ""

        $"%s{Words.count point.Step} steps%s{gap}  %s{Words.seconds status.Elapsed.TotalSeconds}"

    /// Takes the line away before something else is printed.
    member _.Clear() = status.Clear()

    interface IProgress<TracePoint> with
        member _.Report point =
            match next with
            | null -> ()
            | next -> next.Report point

            status.Write(fun () -> line point)
