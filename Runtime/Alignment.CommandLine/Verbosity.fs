namespace Alignment.CommandLine

open System
open System.IO
open Microsoft.Extensions.Logging
open Microsoft.Extensions.Logging.Abstractions

/// What a run says of what it does, as lines on stderr.
type private LineLogger(out: TextWriter, least: LogLevel) =
    let word (level: LogLevel) =
        match level with
        | LogLevel.Trace
        | LogLevel.Debug -> "debug"
        | LogLevel.Information -> "info"
        | LogLevel.Warning -> "warning"
        | _ -> "error"

    interface ILogger with
        member _.BeginScope _ = null
        member _.IsEnabled level = level >= least && level <> LogLevel.None

        member this.Log(level, _, state, e, format) =
            if (this :> ILogger).IsEnabled level then
                let text = format.Invoke(state, e)
                // a whole line at once: others may write between two calls
                out.WriteLine $"%-9s{word level}%s{text.TrimEnd()}"

/// How much a run says: nothing, by `--verbose` what it does, by a second `--verbose` every detail.
module Verbosity =
    /// A logger that writes lines.
    /// <param name="times">How often `--verbose` was said.</param>
    let logger (out: TextWriter) times : ILogger =
        match times with
        | 0 -> NullLogger.Instance
        | 1 -> LineLogger(out, LogLevel.Information)
        | _ -> LineLogger(out, LogLevel.Debug)

    /// Lines and a display that is written over do not go together: the display becomes lines too.
    let terminal times (terminal: Terminal) = if times = 0 then terminal else { terminal with ErrorIsTerminal = false }
