namespace Alignment.CommandLine

open System
open System.Diagnostics
open System.Runtime.InteropServices
open System.Threading

/// SIGINT and SIGTERM as a cancellation, for as long as this value lives.
/// A terminal sends Ctrl-C to a whole group of processes, and a parent may pass its signal on besides: within a second
/// that is one wish. A signal after it ends the process at once.
type Signals(onFirst: PosixSignal -> unit) =
    let gate = obj ()
    let source = new CancellationTokenSource()
    let mutable first: (PosixSignal * Stopwatch) option = None

    let handle (context: PosixSignalContext) =
        let isFirst =
            lock gate (fun () ->
                match first with
                | None ->
                    first <- Some(context.Signal, Stopwatch.StartNew())
                    context.Cancel <- true
                    true
                | Some(_, since) ->
                    context.Cancel <- since.Elapsed < TimeSpan.FromSeconds 1.0
                    false)

        if isFirst then
            source.Cancel()
            onFirst context.Signal

    let registrations =
        [ PosixSignal.SIGINT; PosixSignal.SIGTERM ]
        |> List.map (fun signal -> PosixSignalRegistration.Create(signal, Action<_> handle))

    new() = new Signals(ignore)

    /// Cancelled by the first signal.
    member _.Token = source.Token

    /// Looks twice a second whether somebody asks the run to stop in another way; that ends it like SIGTERM.
    member _.Watch(isAsked: unit -> bool) : IDisposable =
        let look _ =
            let isFirst =
                lock gate (fun () ->
                    if first.IsNone && isAsked () then
                        first <- Some(PosixSignal.SIGTERM, Stopwatch.StartNew())
                        true
                    else
                        false)

            if isFirst then
                source.Cancel()
                onFirst PosixSignal.SIGTERM

        new Timer(look, null, 500, 500)

    /// The exit code that the first signal asks for.
    member _.ExitCode =
        match first with
        | Some(PosixSignal.SIGINT, _) -> Some ExitCode.Interrupted
        | Some _ -> Some ExitCode.Terminated
        | None -> None

    interface IDisposable with
        member _.Dispose() =
            registrations |> List.iter _.Dispose()
            source.Dispose()
