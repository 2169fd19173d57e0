/// Pictures of the documents: plots of figures that tests compute, checked in, and held to what is computed.
module Alignment.Tests.Pictures

open System
open System.IO
open Expecto
open Alignment
open Alignment.Tests.Fixtures

/// The plot is the one of the documents; ALIGN_UPDATE_GOLDEN=1 writes it anew.
let isDrawnIn (file: string) (plot: Plot) =
    let path = Path.Combine(root, "docs", file)
    let drawing = plot.ToSvg()

    if Environment.GetEnvironmentVariable "ALIGN_UPDATE_GOLDEN" = "1" then
        File.WriteAllText(path, drawing)

    Expect.equal
        drawing
        (File.ReadAllText path)
        $"docs/{file} is what is computed; ALIGN_UPDATE_GOLDEN=1 writes it anew"
