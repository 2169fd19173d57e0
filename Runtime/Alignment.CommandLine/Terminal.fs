namespace Alignment.CommandLine

open System
open System.Diagnostics
open System.IO
open Alignment

/// Where a run prints: results on `Out`, everything else on `Error`.
type Terminal = {
    Out: TextWriter
    Error: TextWriter
    /// Whether a line on `Error` can be written over.
    ErrorIsTerminal: bool
}

module Terminal =
    let console () = {
        Out = Console.Out
        Error = Console.Error
        ErrorIsTerminal = not Console.IsErrorRedirected
    }

    /// One message for a failed run, whoever raised it, and the exit code.
    let fail terminal program (e: exn) =
        let code, message = Faults.describe e

        if code = ExitCode.Bug then
            terminal.Error.WriteLine
                $"%s{program}: this is a bug, of %s{program} or of the script; please report it.\n%s{message}"
        else
            terminal.Error.WriteLine $"%s{program}: %s{message}"

        code

/// The line that says how far a run is. Short runs print none; files and pipes get a plain line now and then.
/// <param name="next">Who else is told of every measured moment.</param>
type Progress(terminal: Terminal, next: IProgress<TracePoint> | null) =
    let clock = Stopwatch.StartNew()
    let mutable due = TimeSpan.FromSeconds 1.0
    let mutable width = 0

    let pause = TimeSpan.FromSeconds(if terminal.ErrorIsTerminal then 0.2 else 5.0)

    let line (point: TracePoint) =
        let gap =
            match point.Metrics.TryGetValue "game/nash_conv" with
            | true, value -> $"  nash_conv %s{Words.brief value}"
            | _ -> ""

        $"%s{Words.count point.Step} steps%s{gap}  %s{Words.seconds clock.Elapsed.TotalSeconds}"

    /// Takes the line away before something else is printed.
    member _.Clear() =
        if width > 0 then
            terminal.Error.Write("\r" + String(' ', width) + "\r")
            width <- 0

    interface IProgress<TracePoint> with
        member this.Report point =
            match next with
            | null -> ()
            | next -> next.Report point

            if clock.Elapsed >= due then
                due <- clock.Elapsed + pause
                let text = line point

                if terminal.ErrorIsTerminal then
                    this.Clear()
                    terminal.Error.Write text
                    width <- text.Length
                else
                    terminal.Error.WriteLine text
