namespace Alignment.CommandLine

open System
open System.IO

/// What `align` and a script that it starts tell each other, through the environment.
module Handshake =
    /// Names a stage (`spec`, `ir`, `plan` or `check`): the script prints it instead of running.
    [<Literal>]
    let CaptureVariable = "ALIGN_CAPTURE"

    /// Names a file, the receipt: the script creates it when it hands its experiment over, and writes its exit code there.
    [<Literal>]
    let ReceiptVariable = "ALIGN_RECEIPT"

    /// Names the folder below which the run is kept, if the script's own options name none.
    [<Literal>]
    let OutVariable = "ALIGN_OUT"

    /// Names the folder that the script's relative paths start from: of a copy, that of the original.
    [<Literal>]
    let FolderVariable = "ALIGN_FOLDER"

    /// Names a file: the script writes there which folder its run is kept in.
    [<Literal>]
    let RunVariable = "ALIGN_RUN"

    let private variable name =
        match Environment.GetEnvironmentVariable name with
        | null
        | "" -> None
        | value -> Some value

    /// The stage that is asked for.
    let captured () = variable CaptureVariable

    /// The folder below which the run is kept.
    let kept () = variable OutVariable

    /// The experiment with its data where the original script had them.
    let based (experiment: Alignment.Experiment) =
        match variable FolderVariable with
        | Some folder -> experiment.With(fun options -> options.With(baseDirectory = folder))
        | None -> experiment

    let private write (text: string) =
        variable ReceiptVariable |> Option.iter (fun file -> File.WriteAllText(file, text))

    /// Tells which folder the run is kept in.
    let began (folder: string) = variable RunVariable |> Option.iter (fun file -> File.WriteAllText(file, folder))

    /// Tells that the experiment has been handed over.
    let entered () = write ""

    /// Tells how the experiment has ended.
    let ended (code: int) =
        write (string code)
        code
