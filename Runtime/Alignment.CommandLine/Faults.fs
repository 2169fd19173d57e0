namespace Alignment.CommandLine

open System
open Alignment
open Alignment.Compiler
open Alignment.Formats

/// The input is wrong: one message for stderr, and exit code 2.
exception InputFault of message: string with
    override this.Message = this.message

/// Values of a sweep that cannot lie side by side: each key with why. Whoever can start processes runs them one by one.
exception SweepSplit of keys: (string * string) list with
    override this.Message =
        let reasons = this.keys |> List.map snd |> String.concat " "
        $"--sweep: %s{reasons} `align solve` and `align run` run such values in processes of their own."

/// What a process of ours tells whoever started it.
module ExitCode =
    [<Literal>]
    let Done = 0

    /// A bug of ours.
    [<Literal>]
    let Bug = 1

    /// The input is wrong; nothing was written.
    [<Literal>]
    let WrongInput = 2

    /// A gap that was asked for was not reached.
    [<Literal>]
    let NotConverged = 3

    /// Cancelled by SIGINT; the result was printed.
    [<Literal>]
    let Interrupted = 130

    /// Cancelled by SIGTERM; the result was printed.
    [<Literal>]
    let Terminated = 143

module Faults =
    let refuse message = raise (InputFault message)

    /// A sentence that names a wrong name and the nearest valid one.
    let unknown what name candidates listing =
        refuse $"There is no %s{what} '%s{name}'.%s{Nearest.Hint(name, candidates, listing)}"

    /// Reads something that users wrote; what the libraries refuse there is a fault of the input, told with where it stood.
    let reading where action =
        try
            action ()
        with
        | :? ArgumentException
        | :? FormatException
        | :? OverflowException as e -> refuse $"%s{where}: %s{e.Message}"

    /// The exit code of an exception, and what to print. Libraries refuse arguments by ArgumentException; its children are bugs:
    /// a null or an index out of range is nothing that a user wrote.
    let rec describe (e: exn) =
        match e with
        | InputFault message -> ExitCode.WrongInput, message
        | SweepSplit _ -> ExitCode.WrongInput, e.Message
        | :? SpecException
        | :? ExecutorUnavailableException
        | :? RulesException
        | :? RunStoreException
        | :? InputFormatException -> ExitCode.WrongInput, e.Message
        | :? ArgumentNullException
        | :? ArgumentOutOfRangeException -> ExitCode.Bug, string e
        | :? ArgumentException -> ExitCode.WrongInput, e.Message
        | :? OutOfMemoryException ->
            ExitCode.WrongInput, "This does not fit into the memory of this machine; solve fewer games at once."
        | :? AggregateException as all when all.InnerExceptions.Count = 1 -> describe all.InnerExceptions[0]
        | _ -> ExitCode.Bug, string e
